# Reads a spec and the specs that it includes, which are JSON with comments: `readSpec ./lab.json`.
#
# The value is a list of `{ path, value }`, the spec's own first, that of each file once.
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
  read =
    path:
    builtins.fromJSON (
      builtins.concatStringsSep "" (map withoutComment (builtins.split found (builtins.readFile path)))
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
  file = path: {
    key = toString path;
    inherit path;
    value = read path;
  };
in
spec:
map ({ path, value, ... }: { inherit path value; }) (
  builtins.genericClosure {
    startSet = [ (file (toPath spec)) ];
    operator = { path, value, ... }: map (entry: file (included path entry)) (value.include or [ ]);
  }
)
