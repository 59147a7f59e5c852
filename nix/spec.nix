# Reads a spec and the specs that it includes, which are JSON with comments and trailing commas: `readSpec ./lab.json`.
#
# The value is a list of `{ path, value, definitions }`, the spec's own first, that of each file once. `definitions` are the paths of
# the definitions in libvirt's XML that entries name.
let
  string = ''"([^"\]|\\.)*"'';
  lineComment = "//[^\n\r]*";
  blockComment = "/[*]([^*]|[*]+[^*/])*[*]+/";
  # Strings are found as well, because what looks like a comment in one is none.
  found = "(${string}|${lineComment}|${blockComment})";
  withoutComment =
    part:
    if builtins.isString part then
      part
    else if builtins.substring 0 1 (builtins.head part) == "/" then
      " "
    else
      builtins.head part;
  # A comma that only a closing bracket follows; strings are found as well. One after nothing is a mistake, which the tool tells.
  trailing = "(${string})|,([ \t\r\n]*[]}])";
  withoutComma =
    part:
    if builtins.isString part then
      part
    else if builtins.head part != null then
      builtins.head part
    else
      builtins.elemAt part 2;
  replace =
    pattern: with': text:
    builtins.concatStringsSep "" (map with' (builtins.split pattern text));
  read =
    path:
    builtins.fromJSON (
      replace trailing withoutComma (replace found withoutComment (builtins.readFile path))
    );

  # A path, of which `..` can be taken away.
  toPath =
    file:
    if builtins.isPath file then
      file
    else
      # What is built is there only once it was read.
      builtins.seq (builtins.readFile file) (/. + builtins.unsafeDiscardStringContext "${file}");
  included =
    path: entry: if builtins.substring 0 1 entry == "/" then /. + entry else dirOf path + "/${entry}";
  # What entries of a section name by `base` or `plugged`.
  named =
    section:
    builtins.concatMap (
      entry: builtins.catAttrs "base" [ entry ] ++ builtins.catAttrs "plugged" [ entry ]
    ) (builtins.attrValues section);
  definitionsOf =
    path: value:
    map (included path) (
      builtins.concatMap (kind: named (value.${kind} or { })) [
        "networks"
        "pools"
        "domains"
      ]
    );
  file = path: rec {
    key = toString path;
    inherit path;
    value = read path;
    definitions = definitionsOf path value;
  };
in
spec:
map (file: removeAttrs file [ "key" ]) (
  builtins.genericClosure {
    startSet = [ (file (toPath spec)) ];
    operator = { path, value, ... }: map (entry: file (included path entry)) (value.include or [ ]);
  }
)
