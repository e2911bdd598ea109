/** Durations are told apart by a factor of 1.12, from a millisecond to about a day. */
const factor = 1.12
const firstSeconds = 0.001
export const histogramBins = 162

/** Durations counted by size: bounded, whatever comes, and the shares below a value are read off it within 6 %. */
export type Histogram = Uint32Array

export function binOf(seconds: number): number {
  if (!(seconds > firstSeconds)) return 0
  return Math.min(histogramBins - 1, Math.ceil(Math.log(seconds / firstSeconds) / Math.log(factor)))
}

/** The duration that a share (0..1) of all stays within, in seconds; null where nothing was counted. */
export function quantile(histogram: Histogram, share: number): number | null {
  const total = histogram.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const wanted = Math.max(1, Math.ceil(share * total))
  let seen = 0
  const bin = histogram.findIndex((count) => (seen += count) >= wanted)
  // The middle of the bin, by factors.
  return firstSeconds * (bin === 0 ? 1 : factor ** (bin - 0.5))
}
