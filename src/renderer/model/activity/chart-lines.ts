import type { RateWindow } from '../../../shared/rates.ts'

/** The times that the charts can show. */
export const chartWindows: readonly { window: RateWindow; label: string; words: string }[] = [
  { window: 'minute', label: '1 min', words: 'minute' },
  { window: 'quarter', label: '15 min', words: '15 minutes' },
]

/** Units across and up; a chart is drawn to the size of its room. */
export const chartWidth = 300
export const chartHeight = 48

/** A round number at or above the highest value: 1, 2 or 5 and its tens. */
export function niceTop(highest: number): number {
  if (!(highest > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(highest))
  const step = [1, 2, 5, 10].find((each) => each * power >= highest) ?? 10
  return step * power
}

/** The lines of a series as paths: values that are null leave a gap, a value alone becomes a short stroke. */
export function seriesPath(values: readonly (number | null)[], top: number): string {
  const across = chartWidth / Math.max(1, values.length - 1)
  let path = ''
  let pen = false
  for (const [index, value] of values.entries()) {
    if (value === null) {
      pen = false
      continue
    }
    const y = (chartHeight - 1 - (Math.min(value, top) / top) * (chartHeight - 3)).toFixed(1)
    const x = (index * across).toFixed(1)
    const isAlone = !pen && (values[index + 1] ?? null) === null
    path += pen ? `L${x} ${y}` : `M${x} ${y}`
    if (isAlone) path += `h${Math.max(1, across / 2).toFixed(1)}`
    pen = true
  }
  return path
}

/** Values of a second that are counted over longer steps. */
export function perSecond(counts: readonly number[], stepSeconds: number): number[] {
  return counts.map((count) => count / stepSeconds)
}

/** A rate as it is read: `41`, `0.3`, `0`. */
export function rateText(rate: number): string {
  if (Number.isInteger(rate)) return rate.toLocaleString('en')
  return rate >= 10 ? Math.round(rate).toLocaleString('en') : rate.toFixed(1)
}
