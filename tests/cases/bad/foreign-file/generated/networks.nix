# Written by hand.
{ NixVirt, ... }: [ ]
