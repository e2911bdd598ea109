import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { z } from 'zod'
import { dataDirectory } from '../config/data-dir.ts'
import { readEndpoint } from '../config/endpoint-file.ts'
import { askControl, ControlError } from '../http/ask-control.ts'
import { provesToken } from '../http/proves-token.ts'
import type { TokenCommandPorts } from './token-command.ts'

const stoppedSchema = z.object({ status: z.literal('ok'), jobs: z.number().int() })
const resumedSchema = z.object({ status: z.literal('ok'), resumed: z.number().int() })

/** `busbar stop-all` and `busbar resume`, for the server that runs on a data directory. */
export function controlCommands({ env, say, fail }: TokenCommandPorts): Command[] {
  const made = (name: string, description: string, run: (dataDir: string) => Promise<string>): Command =>
    new Command(name)
      .description(description)
      .option(
        '--data-dir <folder>',
        'the server’s data directory (default: BUSBAR_DATA_DIR or the platform’s own)',
      )
      .action(async (options: { dataDir?: string }) => {
        try {
          say(await run(dataDirectory(options.dataDir, env)))
        } catch (error) {
          if (!(error instanceof ControlError)) throw error
          fail(error.message)
        }
      })
  return [
    made('stop-all', 'stop all jobs of the running server and pause all programs', async (dataDir) => {
      const { jobs } = stoppedSchema.parse(await ask(dataDir, 'stop-all'))
      const told = jobs === 1 ? '1 job was' : `${String(jobs)} jobs were`
      return `All programs are paused. ${told} told to stop. Let them go on with: busbar resume`
    }),
    made('resume', 'let the programs go on that stop-all paused', async (dataDir) => {
      const { resumed } = resumedSchema.parse(await ask(dataDir, 'resume'))
      return resumed === 0 ? 'Nothing was paused.' : 'The programs may go on.'
    }),
  ]
}

/** Sends the panel key only to a server that has proved to be the one of this data directory. */
async function ask(dataDir: string, what: 'stop-all' | 'resume'): Promise<unknown> {
  const found = await readEndpoint(dataDir)
  if (found.kind !== 'announced' || !(await provesToken(found.endpoint))) {
    throw new ControlError(`No server runs on ${dataDir}. Name its data directory with --data-dir.`)
  }
  const path = join(dataDir, 'panel-key')
  const key = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ControlError(`The panel key in ${path} can't be read: ${String(error)}`)
  })
  return askControl({ url: found.endpoint.url, panelKey: key.trim() }, what)
}
