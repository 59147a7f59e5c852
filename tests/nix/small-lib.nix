# As much of nixpkgs' module system as it takes to check one module against `options.nix`: every
# path that the module sets is an option, every value has the option's type, what is not set has
# its default. Nothing is merged: there is one module. A type is a function from the place and
# the value to the checked value.
let
  inherit (builtins)
    attrNames
    concatStringsSep
    elemAt
    genList
    isAttrs
    isBool
    isInt
    isList
    isString
    length
    listToAttrs
    mapAttrs
    substring
    typeOf
    ;

  fail = at: message: throw "${concatStringsSep "." at}: ${message}";
  leaf =
    name: test: at: value:
    if test value then value else fail at "expected ${name}, found ${typeOf value}";
  isPackage = value: isAttrs value && (value.type or null) == "derivation";
  isPath = value: isPackage value || isString value && substring 0 1 value == "/";

  types = rec {
    anything = _: value: value;
    bool = leaf "a bool" isBool;
    int = leaf "an int" isInt;
    lines = str;
    package = leaf "a package" isPackage;
    path = leaf "a path" isPath;
    port = leaf "a port" (value: isInt value && 0 <= value && value <= 65535);
    str = leaf "a string" isString;
    either =
      first: second: at: value:
      if isPackage value then first at value else second at value;
    nullOr =
      type: at: value:
      if value == null then null else type at value;
    attrsOf =
      type: at: value:
      mapAttrs (name: type (at ++ [ name ])) (leaf "a set" isAttrs at value);
    listOf =
      type: at: value:
      genList (index: type (at ++ [ (toString index) ]) (elemAt value index)) (
        length (leaf "a list" isList at value)
      );
    submodule =
      { options }:
      at: value: config at options (leaf "a set" isAttrs at value);
  };

  isOption = option: (option._type or null) == "option";
  config =
    at: options: definitions:
    let
      unknown = removeAttrs definitions (attrNames options);
      value =
        name: option:
        let
          here = at ++ [ name ];
        in
        if !(isOption option) then
          config here option (definitions.${name} or { })
        else if definitions ? ${name} then
          option.type here definitions.${name}
        else
          option.default or (fail here "not set, and without a default");
    in
    if unknown != { } then
      fail (at ++ [ (builtins.head (attrNames unknown)) ]) "no such option"
    else
      listToAttrs (
        map (name: {
          inherit name;
          value = value name options.${name};
        }) (attrNames options)
      );
in
{
  lib = {
    inherit types;
    mkOption = option: option // { _type = "option"; };
  };
  # The configuration that one module and the defaults make.
  eval = options: module: arguments: rec {
    result = config [ ] options (module (arguments // { config = result; }));
  };
}
