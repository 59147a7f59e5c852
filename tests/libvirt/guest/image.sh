#!/bin/bash
# Makes the initramfs of a small guest, and an image that UEFI starts it from: image.sh ARCH [ARGUMENT...]. They are
# /guests/ARCH/initramfs and /guests/ARCH/image.qcow2; the kernel in the image gets the arguments, of which init.sh says what they
# do. /guests/scripts has the scripts of the guest. On a PC it also makes
# /guests/ARCH/installer.iso, which puts such a guest on the first disk, and stands in for an ISO of Windows.
set -euo pipefail

arch=$1
shift
case $arch in
x86_64) efi=X64 console=ttyS0 ;;
aarch64) efi=AA64 console=ttyAMA0 ;;
esac

tree=$(mktemp -d)
cp -r "/guests/$arch/root/." "/guests/$arch/modules" "$tree"
ln -s busybox "$tree/usr/bin/sh"
mkdir -p "$tree/www/cgi-bin"
install -m 755 /guests/scripts/init.sh "$tree/init"
for script in lease setup shutdown; do
  install -m 755 "/guests/scripts/$script.sh" "$tree/$script"
done
install -m 755 /guests/scripts/run.sh "$tree/www/cgi-bin/run"
cd "$tree"
find . | busybox cpio -o -H newc 2>/dev/null | gzip -1 >"/guests/$arch/initramfs"
cd "/guests/$arch"
rm -r "$tree"
# A disk of a size that UEFI starts the kernel from with these arguments: disk SIZE ARGUMENT...
disk() {
  local size=$1
  shift
  ukify build --linux vmlinuz --initrd initramfs --stub stub.efi --cmdline "console=$console quiet $*" --uname any \
    --output boot.efi >/dev/null
  rm -f disk
  truncate --size "$size" disk
  mformat -i disk -F ::
  mmd -i disk ::/EFI ::/EFI/BOOT
  mcopy -i disk boot.efi "::/EFI/BOOT/BOOT$efi.EFI"
  rm boot.efi
}
disk 80M "$@"
qemu-img convert -O qcow2 disk image.qcow2
if [[ $arch == x86_64 ]]; then
  mkdir iso
  disk 80M agent=3
  mv disk iso/system.img
  disk 40M rdinit=/setup
  mv disk iso/efi.img
  # One sector to load stands for as many as there are.
  genisoimage -quiet -volid SETUP -joliet -rock -eltorito-boot efi.img -no-emul-boot -boot-load-size 1 -output installer.iso iso
  rm -r iso
fi
rm -f disk
