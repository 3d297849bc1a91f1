import { useMemo } from "preact/hooks";
import { encode } from "uqr";

/** A text as a QR code; dark on light in both themes, as cameras expect it. */
export function QrCode(props: { text: string; name: string }) {
  const { size, path } = useMemo(() => {
    const code = encode(props.text, { border: 2 });
    const squares = code.data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")));
    return { size: code.size, path: squares.join("") };
  }, [props.text]);
  return (
    <svg
      role="img"
      aria-label={props.name}
      viewBox={`0 0 ${size} ${size}`}
      class="account__qr"
      shape-rendering="crispEdges"
    >
      <path d={path} />
    </svg>
  );
}
