#!/bin/sh
# blender-in-root.sh FOLDER ARGUMENTS...: runs the Blender of a root folder (another Debian in a folder) as root.
# It keeps its process id, sees this machine's /proc, /dev and temporary folder, and leaves no mount behind.
set -eu
if [ "${BUSBAR_MOUNTED:-}" = "" ]; then
  export BUSBAR_MOUNTED=yes
  exec unshare --mount --propagation private sh "$0" "$@"
fi
unset BUSBAR_MOUNTED
folder=$1
shift
temporary=${TMPDIR:-/tmp}
mkdir -p "$folder$temporary"
for each in /proc /dev "$temporary"; do mount --rbind "$each" "$folder$each"; done
exec chroot "$folder" env HOME=/root blender "$@"
