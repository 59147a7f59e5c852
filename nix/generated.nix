# The directory that `lab2nix gen` wrote, which is not there before that, nor for a flake before git knows it.
generated:
if
  builtins.pathExists (generated + "/default.nix")
  && builtins.pathExists (generated + "/host/default.nix")
then
  generated
else
  throw "lab2nix: there are not all files in `${toString generated}` yet: run `nix run .#gen`, then `git add` what it writes, because a flake sees only what git knows"
