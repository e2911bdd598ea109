#!/bin/sh
# blender-roots.sh FOLDER SUITE...: makes FOLDER/SUITE for each, a root folder with the Blender of that Debian (trixie,
# sid) and what shows its window. Prints their versions. What is there already is kept.
#
# Needs Debian or its like, root, and the package mmdebstrap; takes about a minute and 1.2 GB for each. A root that can't be
# made leaves FOLDER/SUITE.problem, which says why: the tests print it. Nothing stays mounted.
set -eu
folder=$1
shift
here=$(dirname "$0")
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

# The mirror that this machine uses itself; without one, mmdebstrap takes its own.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)

make_root() {
  suite=$1
  # No requests and cattrs come along in sid, and Blender's extensions need them.
  mmdebstrap --quiet --mode=root --variant=apt --components=main \
    --aptopt='Acquire::Retries "3"' --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --include=blender,libgl1,libgl1-mesa-dri,libegl1,python3-cattr,python3-requests \
    "$suite" "$folder/$suite.new" ${mirror:+"$mirror"}
  sh "$here/blender-in-root.sh" "$folder/$suite.new" --version >/dev/null
  mv "$folder/$suite.new" "$folder/$suite"
}

failed=0
for suite in "$@"; do
  if [ ! -d "$folder/$suite" ]; then
    rm -rf "$folder/$suite.new" "$folder/$suite.problem"
    # Not in an if: there the shell would go on after a command that failed.
    (
      set -eu
      make_root "$suite"
    ) >"$folder/$suite.log" 2>&1 &
    if ! wait $!; then
      grep -v '^$' "$folder/$suite.log" | tail -n 3 | tr '\n' ' ' >"$folder/$suite.problem"
      echo "$suite: no root could be made: $(cat "$folder/$suite.problem")" >&2
      rm -rf "$folder/$suite.new"
      failed=1
      continue
    fi
  fi
  echo "$suite: $(sh "$here/blender-in-root.sh" "$folder/$suite" --version | head -n 1)"
done
exit $failed
