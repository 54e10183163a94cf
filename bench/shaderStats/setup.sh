#!/bin/bash
# Makes a folder ready for `npm run shader-stats`: Mesa's GPU compilers (RADV/ACO, ANV, NVK/NAK, Turnip/ir3, Honeykrisp/AGX), Dawn
# for Node, and the two small libraries of fakeGpu/ that let them run where there is no GPU. Writes only under the folder.
# Usage: setup.sh DIR [SUITE]    SUITE: of Debian, default sid (Mesa 26 when this was written); trixie (25.0) lacks Apple's.
# Needs: apt on amd64 with a Debian source entry, dpkg, gcc, npm, xz; about 1 GB and two minutes.
set -euo pipefail
D=${1:?usage: setup.sh DIR [SUITE]}; SUITE=${2:-sid}; HERE=$(cd "$(dirname "$0")/fakeGpu" && pwd)
mkdir -p "$D"; D=$(cd "$D" && pwd); cd "$D"
mkdir -p apt/lists/partial apt/archives/partial src debs xdg objects; chmod 700 xdg; : > apt/status

# Debian's own source entry, pointed at the suite; the source of Mesa's shim is that of trixie, to whose devices ours are fitted.
entry=$(grep -lE '^Suites: *bookworm( |$)|^Suites: *trixie( |$)' /etc/apt/sources.list.d/*.sources | head -1)
uri=$(awk '/^URIs:/{print $2; exit}' "$entry")
key=$(ls /usr/share/keyrings/debian-archive-keyring.* | head -1)
for s in "$SUITE" trixie; do
  printf 'Types: deb deb-src\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n\n' "$uri" "$s" "$key"
  [ "$SUITE" = trixie ] && break
done > apt/suites.sources
O=(-o Dir::Etc::sourcelist="$D"/apt/suites.sources -o Dir::Etc::sourceparts=/nonexistent -o Dir::State::lists="$D"/apt/lists
   -o Dir::State::status="$D"/apt/status -o Dir::Cache="$D"/apt -o Debug::NoLocking=1 -o APT::Sandbox::User=root
   -o APT::Default-Release="$SUITE")
apt-get "${O[@]}" -qq update
# The status file is empty: apt downloads everything down to the C library, which need not match the host's.
apt-get "${O[@]}" -qq -y --download-only --no-install-recommends install mesa-vulkan-drivers libvulkan1 libstdc++6
rm -rf root; mkdir root
for deb in apt/archives/*.deb; do dpkg -x "$deb" root; done
(cd debs && rm -f ./*.deb && apt-get "${O[@]}" -qq download libdrm-dev libvulkan-dev linux-libc-dev &&
  for deb in *.deb; do dpkg -x "$deb" ../headers; done)
(cd src && apt-get "${O[@]}" -qq --download-only source mesa/trixie)
M=$(basename "$(ls src/mesa_*.orig.tar.xz | head -1)"); M=mesa-${M#mesa_}; M=${M%.orig.tar.xz}
tar -C src -xJf src/mesa_*.orig.tar.xz \
  "$M"/include "$M"/src/{drm-shim,util,c11,amd,nouveau,freedreno,gallium/include,gallium/drivers/nouveau}
M=$D/src/$M

# The driver in front of the driver.
H=headers/usr/include
gcc -O2 -shared -fPIC -fvisibility=hidden -I$H -o libstatsicd.so "$HERE"/statsDriver.c "$HERE"/statsReport.c -ldl -lpthread
echo "{\"file_format_version\":\"1.0.0\",\"ICD\":{\"library_path\":\"$D/libstatsicd.so\",\"api_version\":\"1.4.300\"}}" > stats.json

# The GPU that is not there: Mesa's drm-shim and what it needs of src/util, with our devices.
F=(-O1 -w -fPIC -std=gnu11 -D_GNU_SOURCE -DNDEBUG -DHAVE_PTHREAD -DHAVE_STRUCT_TIMESPEC -DHAVE_SECURE_GETENV
   -DHAVE_PROGRAM_INVOCATION_NAME -DHAVE_MEMFD_CREATE -DHAVE_ENDIAN_H -DHAVE_TIMESPEC_GET -DHAVE_STRTOF
   -DUTIL_ARCH_LITTLE_ENDIAN=1 -DUTIL_ARCH_BIG_ENDIAN=0 -fvisibility=hidden -ffunction-sections -fdata-sections
   -I"$HERE" -I"$M"/include -I"$M"/src -I"$M"/src/util -I$H -I$H/libdrm)
UTIL=(hash_table set ralloc vma anon_file u_debug os_misc log u_process simple_mtx memstream rb_tree os_file strtod string_buffer
      u_call_once futex u_printf blob bitscan mesa-blake3 os_time)
rm -f objects/*.o
for f in drm-shim/{device,drm_shim} c11/impl/threads_posix "${UTIL[@]/#/util/}" amd/drm-shim/amdgpu_devices; do
  gcc "${F[@]}" -I"$M"/src/amd -c "$M/src/$f.c" -o "objects/${f//\//_}.o"
done
P=-Ddrm_shim_driver_prefers_first_render_node
# Ada and Blackwell are to Mesa's device what Ampere is.
grep -q 'case 0x1b0' "$M"/src/nouveau/drm-shim/nouveau_noop.c ||
  sed -i 's/case 0x170:$/case 0x170: case 0x190: case 0x1b0:/' "$M"/src/nouveau/drm-shim/nouveau_noop.c
gcc "${F[@]}" $P=nouveau_first -Ddrm_shim_driver_init=nouveau_driver_init -I"$M"/src/nouveau/drm \
  -c "$M"/src/nouveau/drm-shim/nouveau_noop.c -o objects/nouveau.o
gcc "${F[@]}" $P=msm_first -Ddrm_shim_driver_init=msm_driver_init -c "$M"/src/freedreno/drm-shim/freedreno_noop.c -o objects/msm.o
gcc "${F[@]}" -I"$M"/src/amd -I"$M"/src/amd/common -c "$HERE"/amdgpu.c -o objects/amdgpu.o
for f in devices buffers i915 asahi; do gcc "${F[@]}" -c "$HERE"/$f.c -o objects/fake_$f.o; done
gcc -shared -Wl,--gc-sections -o libgpushim.so objects/*.o -ldl -lpthread -lm

# Dawn comes last: its presence says that the folder is complete.
[ -f package.json ] || echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund webgpu
echo "Mesa $(zcat root/usr/share/doc/mesa-vulkan-drivers/changelog.Debian.gz 2>/dev/null | head -1 | sed 's/.*(\(.*\)).*/\1/'):" \
  "$(ls root/usr/lib/x86_64-linux-gnu/libvulkan_*.so | wc -l) drivers"
