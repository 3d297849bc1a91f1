#!/bin/sh
# Makes a Lambda layer with Tesseract (English, Hindi) out of Debian's packages, for the template's OcrLayerArn:
#
#     tools/ocr_layer.sh arm64 ocr-layer.zip
#     aws lambda publish-layer-version --layer-name ocr --zip-file fileb://ocr-layer.zip --compatible-architectures arm64
#
# Needs apt, dpkg-deb, readelf (binutils) and zip, no root and no Docker. The layer brings its own C library and loader,
# because Debian's is newer than Lambda's.
set -eu
architecture=${1:-arm64}
target=$(realpath "${2:-ocr-layer.zip}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/root" "$work/layer/bin" "$work/layer/ocr/lib"
touch "$work/status"
fetch() {
	apt-get -qq -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" -o Dir::State="$work/state" \
		-o Dir::State::status="$work/status" -o Dir::Cache="$work/cache" -o APT::Sandbox::User="$(id -un)" "$@"
}
fetch update
# With nothing installed in this state, all that Tesseract needs is fetched, its C library included.
fetch install --yes --no-install-recommends --download-only tesseract-ocr tesseract-ocr-hin
for package in "$work"/cache/archives/*.deb; do
	dpkg-deb -x "$package" "$work/root"
done

cp "$work/root/usr/bin/tesseract" "$work/layer/ocr/tesseract"
needed() { readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }
copy() {
	for name in $(needed "$1"); do
		[ -e "$work/layer/ocr/lib/$name" ] && continue
		found=$(find "$work/root" -name "$name" | head -n 1)
		[ -n "$found" ] || { echo "$name is in no package" >&2; exit 1; }
		# A link may lead to its file by a path from the root of a system.
		cp -L "$found" "$work/layer/ocr/lib/$name" 2> /dev/null \
			|| cp "$(find "$work/root" -type f -name "$(basename "$(readlink "$found")")" | head -n 1)" "$work/layer/ocr/lib/$name"
		copy "$work/layer/ocr/lib/$name"
	done
}
copy "$work/layer/ocr/tesseract"
loader=$(basename "$(find "$work/layer/ocr/lib" -name 'ld-linux*' | head -n 1)")
cp -R "$(dirname "$(find "$work/root" -name eng.traineddata | head -n 1)")" "$work/layer/ocr/tessdata"
rm -f "$work/layer/ocr/tessdata/osd.traineddata" # tells scripts and turns apart, which is not asked for
cat > "$work/layer/bin/tesseract" <<END
#!/bin/sh
here=\$(dirname "\$(dirname "\$0")")/ocr
TESSDATA_PREFIX=\$here/tessdata exec "\$here/lib/$loader" --library-path "\$here/lib" "\$here/tesseract" "\$@"
END
chmod 755 "$work/layer/bin/tesseract"
rm -f "$target"
(cd "$work/layer" && zip -qry -X "$target" .)
du -sh "$work/layer" "$target"
