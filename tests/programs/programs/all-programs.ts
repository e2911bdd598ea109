import { claudeCode } from './claude-code.ts'
import { codex } from './codex.ts'
import { geminiCli } from './gemini-cli.ts'
import { openCode } from './opencode.ts'
import type { Program } from './program.ts'

export const allPrograms: readonly Program[] = [claudeCode, codex, geminiCli, openCode]

/** The programs that a test is run with: all in `npm run test:programs`, one where `npm test` takes a sample. */
export const sampled: readonly Program[] = process.env.BUSBAR_PROGRAMS === 'all' ? allPrograms : [claudeCode]
