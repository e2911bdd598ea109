/** Blenders above the bar, a program below it. */
export function Logo({ size }: { size: number }) {
  return (
    <svg viewBox="0 0 20 20" width={size} height={size} aria-hidden focusable="false">
      <g fill="none" stroke="#4772b3" strokeWidth="1.4">
        <path d="M5.5 7v3M14.5 7v3M10 10.5v3" />
      </g>
      <rect x="2" y="9" width="16" height="2.4" rx="1.2" fill="#4772b3" />
      <circle cx="5.5" cy="5" r="2.4" fill="#e87d0d" />
      <circle cx="14.5" cy="5" r="2.4" fill="#e87d0d" />
      <circle cx="10" cy="15.6" r="2.4" fill="#8fb3e8" />
    </svg>
  )
}
