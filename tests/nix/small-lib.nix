# As much of nixpkgs' `lib` as the host's module, NixVirt's module and `options.nix` use: its module system
# in small, for machines without nixpkgs. Modules are paths, functions or sets; those with one `key`
# count once. A definition can be mkIf, mkMerge, mkDefault or mkForce. Every path that is set is an
# option, every value has the option's type, several definitions merge as they do in nixpkgs, and
# what is not set has its default.
let
  inherit (builtins)
    all
    any
    attrNames
    attrValues
    concatMap
    concatStringsSep
    elem
    filter
    foldl'
    genList
    head
    isAttrs
    isBool
    isFunction
    isInt
    isList
    isString
    length
    listToAttrs
    mapAttrs
    match
    replaceStrings
    substring
    typeOf
    ;

  fail = at: message: throw "${concatStringsSep "." at}: ${message}";
  eachName =
    names: value:
    listToAttrs (
      map (name: {
        inherit name;
        value = value name;
      }) names
    );
  unique = foldl' (seen: item: if elem item seen then seen else seen ++ [ item ]) [ ];

  # A regular expression that matches a text and no other.
  quoted =
    replaceStrings
      (map (one: one) [
        "."
        "+"
      ])
      [
        "[.]"
        "[+]"
      ];
  property = type: value: (value._type or null) == type;
  override = priority: content: {
    _type = "override";
    inherit priority content;
  };
  order = priority: content: {
    _type = "order";
    inherit priority content;
  };

  # A definition is the value that a module gives to an option, or to a set of options, and the
  # module's file. `push` moves properties from a set to what is in it, without asking whether a
  # condition holds; `discharge` asks, and leaves values with their priorities.
  push =
    { file, value, ... }:
    if property "merge" value then
      concatMap (value: push { inherit file value; }) value.contents
    else if property "if" value || property "override" value then
      map
        (
          inner:
          inner
          // {
            value = mapAttrs (_: content: value // { inherit content; }) inner.value;
          }
        )
        (push {
          inherit file;
          value = value.content;
        })
    else
      [ { inherit file value; } ];
  discharge =
    { file, value, ... }:
    if property "merge" value then
      concatMap (value: discharge { inherit file value; }) value.contents
    else if property "if" value then
      if value.condition then
        discharge {
          inherit file;
          value = value.content;
        }
      else
        [ ]
    else if property "override" value then
      map (inner: inner // { inherit (value) priority; }) (discharge {
        inherit file;
        value = value.content;
      })
    else if property "order" value then
      map (inner: inner // { order = value.priority; }) (discharge {
        inherit file;
        value = value.content;
      })
    else
      [
        {
          inherit file value;
          priority = 100;
          order = 1000;
        }
      ];
  # The definitions that count, in their order.
  strongest =
    definitions:
    let
      found = concatMap discharge definitions;
      priority = foldl' (least: one: if one.priority < least then one.priority else least) 9999 found;
    in
    builtins.sort (one: other: one.order < other.order) (filter (one: one.priority == priority) found);

  # Of each name that sets have, its definitions.
  byName =
    at: definitions:
    let
      sets = map (
        one: if isAttrs one.value then one else fail at "expected a set, found ${typeOf one.value}"
      ) (concatMap push definitions);
    in
    eachName (unique (concatMap (one: attrNames one.value) sets)) (
      name:
      map (one: {
        inherit (one) file;
        value = one.value.${name};
      }) (filter (one: one.value ? ${name}) sets)
    );

  # A type says whether it takes a value, and merges one or more definitions.
  checked =
    name: check: merge:
    let
      expect =
        at: definitions:
        let
          wrong = filter (one: !(check one.value)) definitions;
        in
        if wrong == [ ] then
          merge at definitions
        else
          fail at "expected ${name}, found ${typeOf (head wrong).value} in ${(head wrong).file}";
    in
    {
      inherit check;
      merge = expect;
    };
  equal =
    at: definitions:
    let
      inherit (head definitions) value;
    in
    if all (one: one.value == value) definitions then
      value
    else
      fail at "conflicting definitions in ${concatStringsSep ", " (map (one: one.file) definitions)}";
  leaf = name: check: checked name check equal;
  isPackage = value: isAttrs value && (value.type or null) == "derivation";

  types = rec {
    anything = leaf "anything" (_: true);
    raw = checked "one definition" (_: true) (
      at: definitions:
      if length definitions == 1 then (head definitions).value else fail at "several definitions"
    );
    bool = leaf "a bool" isBool;
    int = leaf "an int" isInt;
    ints = {
      positive = leaf "a positive int" (value: isInt value && 0 < value);
      unsigned = leaf "an int that is not negative" (value: isInt value && 0 <= value);
    };
    lines = checked "a string" isString (
      _: definitions: concatStringsSep "\n" (map (one: one.value) definitions)
    );
    package = leaf "a package" isPackage;
    path = leaf "a path" (value: isPackage value || isString value && substring 0 1 value == "/");
    port = leaf "a port" (value: isInt value && 0 <= value && value <= 65535);
    str = leaf "a string" isString;
    enum =
      values: leaf "one of ${concatStringsSep ", " values}" (value: isString value && elem value values);
    either =
      first: second:
      checked "either" (value: first.check value || second.check value) (
        at: definitions:
        (if all (one: first.check one.value) definitions then first else second).merge at definitions
      );
    nullOr =
      type:
      checked "null or a value of a type" (value: value == null || type.check value) (
        at: definitions:
        let
          nulls = filter (one: one.value == null) definitions;
        in
        if length nulls == length definitions then
          null
        else if nulls != [ ] then
          fail at "null and not null"
        else
          type.merge at definitions
      );
    attrsOf =
      type:
      checked "a set" isAttrs (
        at: definitions:
        let
          found = mapAttrs (_: strongest) (byName at definitions);
        in
        mapAttrs (name: type.merge (at ++ [ name ])) (
          removeAttrs found (filter (name: found.${name} == [ ]) (attrNames found))
        )
      );
    listOf =
      type:
      checked "a list" isList (
        at: definitions:
        let
          items = concatMap (
            one:
            map (value: {
              inherit (one) file;
              inherit value;
            }) one.value
          ) definitions;
        in
        genList (index: type.merge (at ++ [ (toString index) ]) [ (builtins.elemAt items index) ]) (
          length items
        )
      );
    submodule =
      { options }:
      checked "a set" isAttrs (at: definitions: (evaluated at options definitions).checked);
  };

  # The value of each option, and whether all that is set is an option.
  isOption = property "option";
  evaluated =
    at: options: definitions:
    let
      found = byName at definitions;
      here = name: at ++ [ name ];
      unknown = filter (name: !(options ? ${name})) (attrNames found);
      below = mapAttrs (
        name: option:
        if isOption option then
          {
            config = value (here name) option (found.${name} or [ ]);
            sound = true;
          }
        else
          evaluated (here name) option (found.${name} or [ ])
      ) options;
    in
    rec {
      config = mapAttrs (_: one: one.config) below;
      sound =
        if unknown == [ ] then
          all (one: one.sound) (attrValues below)
        else
          fail (here (head unknown)) "no such option, in ${(head found.${head unknown}).file}";
      checked = if sound then config else null;
    };
  value =
    at: option: definitions:
    let
      found = strongest definitions;
      apply = option.apply or (merged: merged);
    in
    apply (
      if found != [ ] then
        option.type.merge at found
      else
        option.default or (fail at "not set, and without a default")
    );

  # The declarations of all modules, each option with the files that define it.
  declared =
    at: declarations: definitions:
    let
      names = unique (concatMap attrNames declarations);
      found = byName at definitions;
    in
    eachName names (
      name:
      let
        of = map (one: one.${name}) (filter (one: one ? ${name}) declarations);
      in
      if !(any isOption of) then
        declared (at ++ [ name ]) of (found.${name} or [ ])
      else if length of == 1 then
        head of
        // rec {
          given = concatMap discharge (found.${name} or [ ]);
          files = map (one: one.file) given;
          isDefined = files != [ ];
          highestPrio = foldl' (least: one: if one.priority < least then one.priority else least) 1500 given;
        }
      else
        fail (at ++ [ name ]) "declared twice"
    );

  # Modules with all that they import. Each module that has no key and is no path is one of its own.
  closure =
    arguments: modules:
    let
      read =
        file: index: module:
        let
          isFile = builtins.isPath module || isString module;
          name = if isFile then toString module else file;
          code = if isFile then import module else module;
          set = if isFunction code then code arguments else code;
          whole = set ? options || set ? config;
        in
        {
          key = set.key or (if isFile then name else "${file}:${toString index}");
          file = name;
          imports = set.imports or [ ];
          options = set.options or { };
          value =
            if whole then
              set.config or { }
            else
              removeAttrs set [
                "_class"
                "key"
                "imports"
              ];
        };
      readAll = file: list: genList (index: read file index (builtins.elemAt list index)) (length list);
    in
    builtins.genericClosure {
      startSet = readAll "<given>" modules;
      operator = module: readAll module.key module.imports;
    };
in
{
  lib = rec {
    inherit types unique;
    escapeShellArg =
      text:
      if match "[[:alnum:],._+:@%/-]+" text == null then
        "'${replaceStrings [ "'" ] [ "'\\''" ] text}'"
      else
        text;
    getName =
      package:
      let
        parts = match "(.*)-[0-9].*" package.name;
      in
      if parts == null then package.name else head parts;
    hasInfix = part: text: length (filter isString (builtins.split (quoted part) text)) > 1;
    hasPrefix = start: text: substring 0 (builtins.stringLength start) text == start;
    hasSuffix =
      end: text:
      let
        at = builtins.stringLength text - builtins.stringLength end;
      in
      0 <= at && substring at (-1) text == end;
    take =
      count: list: genList (builtins.elemAt list) (if count < length list then count else length list);
    optionals = condition: list: if condition then list else [ ];
    optionalString = condition: text: if condition then text else "";
    nameValuePair = name: value: { inherit name value; };
    mkAfter = order 1500;
    mkBefore = order 500;
    filterAttrs =
      wanted: set: removeAttrs set (filter (name: !(wanted name set.${name})) (attrNames set));
    mapAttrsToList = of: set: attrValues (mapAttrs of set);
    mergeEqualOption = equal;
    mkDefault = override 1000;
    mkOptionDefault = override 1500;
    mkForce = override 50;
    mkIf = condition: content: {
      _type = "if";
      inherit condition content;
    };
    mkMerge = contents: {
      _type = "merge";
      inherit contents;
    };
    mkOption = option: option // { _type = "option"; };
    optionalAttrs = condition: set: if condition then set else { };
    recursiveUpdate =
      left: right:
      left
      // mapAttrs (
        name: value:
        if left ? ${name} && isAttrs left.${name} && isAttrs value then
          recursiveUpdate left.${name} value
        else
          value
      ) right;
    setAttrByPath =
      path: value:
      foldl' (inner: name: { ${name} = inner; }) value (
        genList (index: builtins.elemAt path (length path - 1 - index)) (length path)
      );
    splitString = separator: text: filter isString (builtins.split "[${separator}]" text);
  };
  # The configuration that modules make, for modules that take these arguments.
  evalModules =
    { modules, specialArgs }:
    let
      all = closure (
        specialArgs
        // {
          inherit options;
          inherit (result) config;
        }
      ) modules;
      definitions = map (module: { inherit (module) file value; }) all;
      options = declared [ ] (map (module: module.options) all) definitions;
      result = evaluated [ ] options definitions;
    in
    {
      inherit options;
      config = result.checked;
    };
}
