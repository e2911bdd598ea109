import type { JobDetail, PanelJob } from '../../../shared/jobs.ts'
import { languageOf, type Language } from '../../lib/code-language.ts'
import { saveFile } from '../../lib/save-file.ts'
import type { Toasts } from '../toasts/toasts.ts'
import type { Jobs } from './jobs-store.ts'
import { codeOf } from './tool-call.ts'

/** Characters from which on a text is worth a file. */
const saveFrom = 2_000

/** A text of a job as the server sent it: of a long one the start. */
export interface JobText {
  title: 'Error' | 'Result' | 'Code' | 'Parameters'
  language: Language
  shown: string
  /** Characters of the whole. */
  length: number
  /** All of it, fetched where it is not here. Rejects where it can't be had any more. */
  whole: () => Promise<string>
}

/** What came of a job and what it was asked to do, as far as there is any of it. */
export function jobTexts(jobs: Pick<Jobs, 'fetchText'>, job: PanelJob, detail: JobDetail): JobText[] {
  const { error, errorLength, result, resultLength, payload } = detail
  const part = (name: 'error' | 'result', shown: string, length: number) => () =>
    shown.length < length ? jobs.fetchText(job, name) : Promise.resolve(shown)
  const texts: JobText[] = []
  if (error !== '') {
    const whole = part('error', error, errorLength)
    texts.push({ title: 'Error', language: 'text', shown: error, length: errorLength, whole })
  }
  if (result !== '') {
    const whole = part('result', result, resultLength)
    texts.push({ title: 'Result', language: languageOf(result), shown: result, length: resultLength, whole })
  }
  if (payload !== null) {
    const { language, text } = codeOf(payload)
    texts.push({
      title: language === 'python' ? 'Code' : 'Parameters',
      language,
      shown: text,
      length: text.length,
      whole: () => Promise.resolve(text),
    })
  }
  return texts
}

export function isWorthAFile({ shown }: JobText): boolean {
  return shown.length > saveFrom
}

/** Saves all of a text as a file, and says by a toast where that fails. */
export async function saveJobText(toasts: Toasts, { title, whole }: JobText): Promise<void> {
  const name = title.toLowerCase()
  try {
    saveFile(`${name}.txt`, new Blob([await whole()], { type: 'text/plain;charset=utf-8' }))
  } catch {
    toasts.show({ kind: 'problem', text: `The ${name} could not be fetched, so nothing was saved.` })
  }
}
