# What a NixVirt reads of a definition: `schema/nixvirt/<version>.json`, but for the order of its keys.
#
#   nix-instantiate --eval --strict --json tests/nix/vocabulary.nix --arg nixvirt <checkout>
#
# NixVirt's own code describes each element with the functions of its `generate.nix`, which make a function from a
# definition to XML. Here that code runs with other functions of the same names, which keep what they are told. What has
# no other here (a type, a combinator that is new) stops the evaluation.
{ nixvirt }:
let
  inherit (builtins)
    elemAt
    filter
    isAttrs
    isFunction
    isList
    length
    listToAttrs
    map
    ;

  # An element is applied to a definition once, at the root.
  element = tag: attributes: contents: {
    inherit tag attributes contents;
    __functor = self: _: self;
  };
  type = name: { type = name; };
  generate = {
    sub = key: contents: contents // { inherit key; };
    elem = element;
    subelem =
      key: attributes: contents:
      element key attributes contents // { inherit key; };
    subelemraw = key: attributes: element key attributes { raw = true; } // { inherit key; };
    attr = name: contents: { inherit name; } // contents;
    subattr = name: contents: { inherit name; } // contents;
    typeConstant = constant: { inherit constant; };
    typeString = type "string";
    typeInt = type "int";
    typeBoolYesNo = type "yesno";
    typeBoolOnOff = type "onoff";
    typePath = type "path";
  };
  xml = {
    attr = name: constant: { inherit name constant; };
    opt = condition: attribute: if condition then attribute else null;
    toText = root: root;
  };

  load =
    path:
    {
      "generate.nix" = generate;
      "xml.nix" = xml;
    }
    .${baseNameOf path} or (builtins.scopedImport { import = load; } path);

  # `above` has the keys of the elements around this one, from the inside out.
  describe =
    above: entry:
    let
      children = if isList entry.contents then entry.contents else [ ];
      key = entry.key or null;
      # An element that contains itself without an end is followed once.
      recursive = length above > 1 && key == elemAt above 0 && key == elemAt above 1;
      # NixVirt decides on some attributes by what else is there: with everything there, they are, too.
      everything = listToAttrs (
        map (child: {
          name = child.key;
          value = { };
        }) (filter (child: child ? key) children)
      );
      attributes = filter isAttrs (
        map (attribute: if isFunction attribute then attribute everything else attribute) entry.attributes
      );
      some = name: list: if list == [ ] then { } else { ${name} = list; };
      content =
        if isList entry.contents then
          some "children" (map (describe ([ key ] ++ above)) children)
        else if entry.contents ? raw then
          entry.contents
        else
          { text = entry.contents; };
    in
    (if key == null then { } else { inherit key; })
    // {
      inherit (entry) tag;
    }
    // (if recursive then { recursive = true; } else some "attributes" attributes // content);

  read = name: describe [ ] (load (nixvirt + "/generate-xml/${name}.nix") { });
in
{
  domain = read "domain";
  network = read "network";
  pool = read "pool";
  volume = read "volume";
}
