#!/bin/bash
# mkinitramfs.sh TREE RELEASE PROGRAM OUT : busybox, init, the guest program and the modules named below with what they need.
# TREE is where the kernel's packages were unpacked. No root needed.
set -eu
here=$(dirname "$(readlink -f "$0")")
tree=$1 release=$2 program=$3 out=$4
for base in "$tree/lib/modules" "$tree/usr/lib/modules"; do
  if [ -d "$base/$release" ]; then modules=$(readlink -f "$base/$release"); fi
done
[ -n "${modules:-}" ] || { echo "no modules of $release under $tree" >&2; exit 1; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
root=$work/root indexed=$work/indexed
mkdir -p "$root"/{bin,dev,proc,sys,mnt,tmp,etc} "$root/lib/modules/$release" "$indexed/lib/modules"
cp "$(command -v busybox)" "$root/bin/busybox"
cp "$here/init" "$root/init"; cp "$program" "$root/wl"; chmod 755 "$root/init" "$root/wl"
# depmod writes beside the modules: a copy made of links leaves the packages' tree as it is
cp -as "$modules" "$indexed/lib/modules/$release"
rm -f "$indexed/lib/modules/$release"/modules.{dep,alias,symbols}*
depmod -b "$indexed" "$release" 2>/dev/null
for file in modules.builtin modules.builtin.modinfo modules.order; do
  if [ -f "$modules/$file" ]; then cp "$modules/$file" "$root/lib/modules/$release/"; fi
done
for module in virtio_pci virtio_blk ext4 crc32c_generic crc32c-cryptoapi zram brd lzo lzo_rle lzo-rle; do
  modprobe -d "$indexed" -S "$release" --show-depends "$module" 2>/dev/null | awk '/^insmod/ { print $2 }' || true
done | sort -u | while read -r file; do
  copy=$root/${file#"$indexed"/}
  mkdir -p "$(dirname "$copy")"; cp -L "$file" "$copy"
  case $copy in *.xz) xz -d "$copy" ;; *.zst) zstd -q -d --rm "$copy" ;; esac
done
depmod -b "$root" "$release" 2>/dev/null
(cd "$root"; find . | cpio -o -H newc --quiet -R 0:0 | gzip -1) > "$out"
