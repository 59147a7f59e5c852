# Evaluates the three lists of a lab and checks that they are what NixVirt's module option takes.
#
#   nix-instantiate --eval --strict --json tests/nix/evaluate.nix \
#     --arg generated ./generated --arg table ./schema/nixvirt/0.6.0.json [--arg nixvirt <checkout>] \
#     [--arg hostFiles <set>]
#
#   generated   the folder of networks.nix, pools.nix and domains.nix
#   table       what the lab's NixVirt writes: schema/nixvirt/<version>.json
#   nixvirt     a checkout of NixVirt: then its own `writeXML` writes XML; null: the stand-in checks
#               the definitions against the table and writes them as JSON
#   hostFiles   the paths of files of the host, where they are passed in; null: stand-ins
#
# The value is `{ networks; pools; domains; }`: null, or a list with each item's `active`,
# `restart`, `volumes` (pools) and, as `definition`, the text that was written.
{
  generated,
  table,
  nixvirt ? null,
  hostFiles ? null,
}:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    elem
    elemAt
    genList
    isAttrs
    isBool
    isFunction
    isList
    isString
    length
    mapAttrs
    typeOf
    ;

  standIn = import ./stand-in.nix { inherit table nixvirt; };
  # As the module of the host hands them on; where paths are given, by the names that they have without Nix.
  strings =
    path:
    mapAttrs (
      name: image:
      let
        here = path + name;
      in
      if isAttrs image && !(image ? outPath) then
        strings "${here}." image
      else if hostFiles == null then
        "${image}"
      else
        "/etc/lab2nix/images/${here}"
    );
  fail = at: message: throw "${at}: ${message}";

  # Every argument that there is, so that a file without `...` is refused.
  arguments = {
    inherit (standIn) NixVirt pkgs;
    hostFiles = files // {
      seeds."lab-${lab.name}" = seedsIn files.seeds;
      secretSeeds."lab-${lab.name}" = seedsIn "/run/lab2nix/seeds";
      unattended."lab-${lab.name}" = discsIn "/run/lab2nix/unattended" (lab.unattended or { });
    };
    images = strings "" standIn.images;
  };
  files = if hostFiles == null then standIn.hostFiles else hostFiles;
  # The seeds of all domains that have one, in a directory.
  seedsIn = directory: discsIn directory (lab.seeds or { });
  discsIn =
    directory: discs:
    builtins.listToAttrs (
      map (domain: {
        name = "domain-${builtins.replaceStrings [ "." ] [ "'" ] domain}";
        value = "${directory}/${lab.name}/${domain}.iso";
      }) (attrNames discs)
    );
  # What default.nix says of the lab, but for its lists.
  lab =
    let
      module = import (generated + "/default.nix");
      said =
        if isFunction module then
          module {
            inherit (standIn) NixVirt pkgs;
            config = { };
          }
        else
          module;
    in
    builtins.head said.services.lab2nix.labs;
  value =
    file:
    let
      function = import (generated + "/${file}.nix");
    in
    if isFunction function then
      function arguments
    else
      fail file "expected a function, found ${typeOf function}";

  definition =
    at: written:
    if isAttrs written && written ? text then
      written.text
    else if isString written && builtins.substring 0 1 written == "/" then
      written
    else
      fail at "expected a path, found ${typeOf written}";
  state =
    at: found:
    if found == null || isBool found then
      found
    else
      fail at "expected true, false or null, found ${typeOf found}";
  bool = at: found: if isBool found then found else fail at "expected a bool, found ${typeOf found}";
  string =
    at: found: if isString found then found else fail at "expected a string, found ${typeOf found}";

  list =
    options: at: found:
    if isList found then
      genList (index: item options "${at}[${toString index}]" (elemAt found index)) (length found)
    else
      fail at "expected a list, found ${typeOf found}";
  item =
    options: at: found:
    if !(isAttrs found) then
      fail at "expected a set, found ${typeOf found}"
    else
      mapAttrs (
        name: option:
        if elem name (attrNames options) then
          options.${name} "${at}.${name}" option
        else
          fail "${at}.${name}" "not an option: ${concatStringsSep ", " (attrNames options)}"
      ) found;

  object = {
    inherit definition;
    active = state;
    restart = state;
  };
  volume = {
    inherit definition;
    name = string;
    present = bool;
  };

  objects =
    options: file:
    let
      found = value file;
      needed = entry: if entry ? definition then entry else fail file "an item without a definition";
    in
    if found == null then null else map needed (list options file found);
in
{
  networks = objects object "networks";
  pools = objects (object // { volumes = list volume; }) "pools";
  domains = objects object "domains";
}
