import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Mutant } from './mutations.ts'

const explanationSchema = z.strictObject({
  file: z.string(),
  within: z.string(),
  was: z.string(),
  becomes: z.string(),
  /** Why no test can, or should, fail for it. */
  reason: z.string().min(20),
})
export type Explanation = z.infer<typeof explanationSchema>

/** Reads the mutants that may survive, and why. */
export function readExplained(path: string): Explanation[] {
  return z.array(explanationSchema).parse(JSON.parse(readFileSync(path, 'utf8')))
}

/** Whether an explanation is of this mutant. Line numbers do not count, so it stays where other lines move. */
export function explains(explanation: Explanation, mutant: Mutant): boolean {
  return (
    explanation.file === mutant.file &&
    explanation.within === mutant.within &&
    explanation.was === mutant.was &&
    explanation.becomes === mutant.becomes
  )
}
