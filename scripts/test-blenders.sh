#!/bin/sh
# npm run test:blenders: everything that runs in a Blender, in each of BLENDERS; by default in the one on the PATH and in
# those of Debian's trixie and sid, which are made first (blender-roots.sh; Debian, as root).
set -eu
here=$(dirname "$0")
if [ "${BLENDERS:-}" = "" ]; then
  roots=${BLENDER_ROOTS:-/var/tmp/busbar-blenders}
  # The tests say which one is missing, and why.
  sh "$here/blender-roots.sh" "$roots" trixie sid || true
  BLENDERS="$(command -v blender):$roots/trixie:$roots/sid"
  export BLENDERS
fi
exec node "$here/test.ts" addon-in-blender blender
