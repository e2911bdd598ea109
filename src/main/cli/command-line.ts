import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import type { Log } from '../base/log.ts'
import { endOnUncaughtFault } from '../base/last-resort.ts'
import { DataDirectoryError } from '../config/data-dir.ts'
import { createProgramLog } from '../config/program-log.ts'
import { readServerOptions, serverOptions, type GivenOptions } from '../config/server-options.ts'
import { serve } from '../headless/serve.ts'
import { version } from '../version.ts'
import { controlCommands } from './control-command.ts'
import { tokenCommand } from './token-command.ts'

/** The build keeps the panel beside the bundle; the source tree keeps it where the build put it. */
const rendererDir = [
  join(import.meta.dirname, '../renderer'),
  join(import.meta.dirname, '../../../out/renderer'),
].find((folder) => existsSync(join(folder, 'index.html')) && existsSync(join(folder, 'assets')))

/** Runs one command of `busbar`. @param argv as `process.argv` has it */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const program = new Command('busbar')
    .description('See who is connected to Blender, watch what runs, and unregister what should not be there.')
    .version(version)
    .showHelpAfterError()

  const serveCommand = program
    .command('serve')
    .description('run the MCP server and the bus, and serve the panel to a browser')
    .option('--open', 'open the panel in the browser', false)
    .option('--no-panel', 'serve MCP only')
    .action(runServe)
  for (const option of serverOptions()) serveCommand.addOption(option)

  const ports = {
    env: process.env,
    say: (line: string) => process.stdout.write(`${line}\n`),
    fail(message: string) {
      process.stderr.write(`busbar: ${message}\n`)
      process.exitCode = 1
    },
  }
  program.addCommand(tokenCommand(ports))
  for (const command of controlCommands(ports)) program.addCommand(command)

  // On a full disk, or where nobody reads any more. What can't be said is no reason to end a server.
  process.stderr.on('error', () => undefined)
  process.stdout.on('error', (error: Error) =>
    ports.fail(`standard output can't be written: ${error.message}`),
  )
  try {
    await program.parseAsync(argv)
  } catch (error) {
    if (!(error instanceof DataDirectoryError)) throw error
    ports.fail(error.message)
  }
}

async function runServe(options: GivenOptions & { open: boolean; panel: boolean }): Promise<void> {
  try {
    const log = createProgramLog(process.env)
    if (options.panel && rendererDir === undefined) {
      log.warn({}, 'the panel is not built; run `npm run build`, or use --no-panel')
    }
    endOnUncaughtFault(log, (code) => process.exit(code))
    const starting = serve(
      {
        ...readServerOptions(options, process.env),
        open: options.open,
        panel: options.panel,
      },
      {
        rendererDir: rendererDir ?? join(import.meta.dirname, '../renderer'),
        env: process.env,
        log,
        say: (line) => process.stdout.write(`${line}\n`),
        warn: (line) => process.stderr.write(`${line}\n`),
      },
    )
    endOnSignals(starting, log)
    await starting
  } catch (error) {
    process.stderr.write(`busbar: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

/** Ends the program with 0 on SIGINT and SIGTERM: what is starting is waited for, and stopped. */
function endOnSignals(starting: ReturnType<typeof serve>, log: Log): void {
  const onSignal = (): void => {
    starting
      .then((stop) => stop?.())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'stopping failed')
          process.exit(1)
        },
      )
  }
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
}
