# The directory that `lab2nix gen` wrote, which is not there before that, nor for a flake before git knows it.
generated:
if
  builtins.pathExists (generated + "/default.nix")
  && builtins.pathExists (generated + "/host/default.nix")
then
  generated
else
  throw "lab2nix: files are missing in `${toString generated}`: run `nix run .#gen`, then `git add` them, because a flake sees only files that git tracks"
