# Reads a spec, which is JSON with comments: `readSpec ./lab.json`.
let
  string = ''"([^"\]|\\.)*"'';
  lineComment = "//[^\n]*";
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
in
path:
builtins.fromJSON (
  builtins.concatStringsSep "" (map withoutComment (builtins.split found (builtins.readFile path)))
)
