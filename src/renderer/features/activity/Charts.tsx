import { useEffect, useState, type PointerEvent } from 'react'
import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import { rateWindows } from '../../../shared/rates.ts'
import { Segments } from '../../ui/Segments.tsx'
import {
  chartHeight,
  chartWidth,
  chartWindows,
  niceTop,
  perSecond,
  rateText,
  seriesPath,
} from '../../model/activity/chart-lines.ts'
import styles from './Charts.module.css'
import { clockText, tookText } from '../../model/activity/log-text.ts'

/** How much passes and how long it takes, over the last minute or quarter of an hour. */
export function Charts() {
  const { rateCharts } = usePanel()
  const window = useStore(rateCharts.state, (state) => state.window)
  const rates = useStore(rateCharts.state, (state) => state.rates)
  useEffect(() => rateCharts.start(), [rateCharts])
  const { stepSeconds } = rateWindows[window]
  const words = chartWindows.find((each) => each.window === window)?.words ?? ''
  const sum = (values: readonly number[] | undefined) =>
    (values ?? []).reduce((total, value) => total + value, 0)
  const messages = perSecond(rates?.messages ?? [], stepSeconds)
  const started = perSecond(rates?.jobsStarted ?? [], stepSeconds)
  const ended = perSecond(rates?.jobsEnded ?? [], stepSeconds)
  const failed = perSecond(rates?.jobsFailed ?? [], stepSeconds)
  const overall = rates?.overall
  const time = (seconds: number | null | undefined) =>
    seconds === null || seconds === undefined ? '–' : tookText(seconds)
  const atStep = (index: number) =>
    rates === null ? '' : clockText(rates.end - (messages.length - index) * stepSeconds).slice(0, 8)
  return (
    <section className={styles['charts']} aria-label="Charts">
      <Chart
        title="Messages"
        after=" a second"
        now={rates === null ? '–' : rateText(messages.at(-1) ?? 0)}
        describe={`Messages handed to their targets in the last ${words}: ${sum(rates?.messages).toLocaleString('en')}.`}
        series={[{ name: 'messages', tone: 'main', values: messages, text: rateText }]}
        axis={(top) => `${rateText(top)}/s`}
        atStep={atStep}
      />
      <Chart
        title="Jobs"
        after=" a second"
        now={rates === null ? '–' : rateText(ended.at(-1) ?? 0)}
        describe={`Jobs in the last ${words}: ${sum(rates?.jobsStarted)} started, ${sum(rates?.jobsEnded)} ended, ${sum(rates?.jobsFailed)} of them failed.`}
        series={[
          { name: 'started', tone: 'second', values: started, text: rateText },
          { name: 'ended', tone: 'main', values: ended, text: rateText },
          { name: 'failed', tone: 'failed', values: failed, text: rateText },
        ]}
        axis={(top) => `${rateText(top)}/s`}
        atStep={atStep}
      />
      <Chart
        title="Job time"
        before="half in"
        now={time(overall?.median)}
        after={`, 95 % in ${time(overall?.p95)}`}
        describe={
          overall === undefined || overall.ended === 0
            ? `From dispatch to end. No job ended in the last ${words}.`
            : `From dispatch to end. In the last ${words} half of the jobs took at most ${time(overall.median)}, 95 of 100 at most ${time(overall.p95)}.`
        }
        series={[
          {
            name: '95 %',
            tone: 'second',
            values: rates?.jobTimes.map(({ p95 }) => p95) ?? [],
            text: tookText,
          },
          {
            name: 'half',
            tone: 'main',
            values: rates?.jobTimes.map(({ median }) => median) ?? [],
            text: tookText,
          },
        ]}
        axis={tookText}
        atStep={atStep}
      />
      <Segments minor label="Length of the charts" className={styles['range']}>
        {chartWindows.map((each) => (
          <button
            key={each.window}
            type="button"
            aria-pressed={each.window === window}
            onClick={() => rateCharts.show(each.window)}
          >
            {each.label}
          </button>
        ))}
      </Segments>
    </section>
  )
}

interface Series {
  name: string
  tone: 'main' | 'second' | 'failed'
  values: readonly (number | null)[]
  text: (value: number) => string
}

interface ChartProps {
  title: string
  /** The value of the moment, and what is said around it. */
  now: string
  before?: string
  after: string
  /** The whole chart in words, for who can't see it; it is on hover too. */
  describe: string
  series: readonly Series[]
  axis: (top: number) => string
  /** The time of a step. */
  atStep: (index: number) => string
}

function Chart({ title, before = '', now, after, describe, series, axis, atStep }: ChartProps) {
  const [pointed, setPointed] = useState<number | null>(null)
  const count = series[0]?.values.length ?? 0
  const top = niceTop(Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0))))
  const isEmpty = series.every(({ values }) => values.every((value) => (value ?? 0) === 0))
  const point = (event: PointerEvent<SVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    setPointed(
      Math.max(0, Math.min(count - 1, Math.round(((event.clientX - box.left) / box.width) * (count - 1)))),
    )
  }
  const x = pointed === null ? 0 : (pointed * chartWidth) / Math.max(1, count - 1)
  const values =
    pointed === null
      ? ''
      : series
          .map(
            ({ name, values: all, text }) =>
              `${name} ${all[pointed] === null || all[pointed] === undefined ? '–' : text(all[pointed])}`,
          )
          .join(', ')
  return (
    <figure className={styles['chart']}>
      <figcaption title={describe}>
        <span>{title}</span>
        <span className="num" translate="no">
          {pointed !== null && count > 0 ? (
            <span className={styles['values']}>
              {atStep(pointed)} {values}
            </span>
          ) : (
            <>
              {before} <b>{now}</b>
              {after}
            </>
          )}
        </span>
      </figcaption>
      <div className={styles['plot']}>
        <span className={`${styles['axis']} num`} translate="no" aria-hidden>
          {isEmpty ? '' : axis(top)}
        </span>
        <svg
          viewBox={`0 0 ${chartWidth} ${chartHeight}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={describe}
          onPointerMove={point}
          onPointerLeave={() => setPointed(null)}
        >
          <path
            className={styles['ground']}
            d={`M0 ${chartHeight - 1}H${chartWidth}`}
            vectorEffect="non-scaling-stroke"
          />
          {series.map(({ name, tone, values: all }) => (
            <path
              key={name}
              className={styles[tone]}
              d={seriesPath(all, top)}
              vectorEffect="non-scaling-stroke"
            />
          ))}
          {pointed !== null && (
            <path
              className={styles['cursor']}
              d={`M${x} 0V${chartHeight}`}
              vectorEffect="non-scaling-stroke"
            />
          )}
        </svg>
      </div>
      {series.length > 1 && (
        <p className={styles['legend']} aria-hidden>
          {series.map(({ name, tone }) => (
            <span key={name} data-tone={tone}>
              {name}
            </span>
          ))}
        </p>
      )}
    </figure>
  )
}
