/** From here on a time that is ahead of the clock is no jitter: the clock was set since. In seconds. */
const aheadFrom = 60

/**
 * How long ago, short: `now`, `12 s`, `3 min`, `2 h`, `5 d`; and of a time that is ahead of a clock that was set,
 * `2 h ahead`.
 */
export function agoText(seconds: number): string {
  if (isAhead(seconds)) return `${agoText(-seconds)} ahead`
  if (!(seconds >= 1)) return 'now'
  if (seconds < 60) return `${Math.floor(seconds)} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** The same in a sentence: `just now`, `12 s ago`, `2 h ahead`. */
export function agoPhrase(seconds: number): string {
  const text = agoText(seconds)
  return text === 'now' ? 'just now' : isAhead(seconds) ? text : `${text} ago`
}

/** How long a client has given no sign. */
export function silentText(seconds: number): string {
  return seconds >= 1 ? `no sign for ${agoText(seconds)}` : 'no sign lately'
}

/** How long something that began so long ago has been going on. */
export function elapsedText(seconds: number): string {
  return isAhead(seconds) ? agoText(seconds) : durationText(seconds)
}

function isAhead(seconds: number): boolean {
  return seconds <= -aheadFrom
}

/** A length of time in its two largest units: `14 s`, `3 min 5 s`, `3 h 12 min`, `2 d 4 h`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 60) return `${whole} s`
  const [big, small, bigName, smallName] =
    whole < 3_600
      ? [Math.floor(whole / 60), whole % 60, 'min', 's']
      : whole < 86_400
        ? [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60), 'h', 'min']
        : [Math.floor(whole / 86_400), Math.floor((whole % 86_400) / 3_600), 'd', 'h']
  return small === 0 ? `${big} ${bigName}` : `${big} ${bigName} ${small} ${smallName}`
}

/** Made once: making one takes longer than all else that a row shows. */
const exactFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** The exact moment of a Unix time in seconds, in the person's own zone. */
export function exactTime(unixSeconds: number): string {
  const date = new Date(unixSeconds * 1000)
  if (Number.isNaN(date.getTime())) return 'unknown time'
  return exactFormat.format(date)
}

/** A size in bytes: `812 B`, `3.4 KiB`, `2.0 MiB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`
  return `${(bytes / (1024 * 1024)).toFixed(1)} MiB`
}
