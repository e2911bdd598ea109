#!/usr/bin/env node
/** Entry of the command line: `busbar serve`. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { pino } from 'pino'
import { defaultPort } from '../app.ts'
import { serve } from '../headless/serve.ts'
import { version } from '../version.ts'
import { settingOptions, settingsIn } from './setting-options.ts'
import { tokenCommand } from './token-command.ts'

/** The build keeps the panel beside the bundle; the source tree keeps it where the build put it. */
const rendererDir = [
  join(import.meta.dirname, '../renderer'),
  join(import.meta.dirname, '../../../out/renderer'),
].find((folder) => existsSync(join(folder, 'index.html')) && existsSync(join(folder, 'assets')))

const program = new Command('busbar')
  .description('See who is plugged into Blender, watch what runs, and unplug what should not be there.')
  .version(version)
  .showHelpAfterError()

program
  .command('serve')
  .description('run the MCP server and the bus, and serve the panel to a browser')
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--port <number>', 'port to listen on; the next free one if it is taken', readPort, defaultPort)
  .option(
    '--data-dir <folder>',
    'where the token and endpoint.json are kept (default: BUSBAR_DATA_DIR or the platform’s own)',
  )
  .option('--tls-cert <file>', 'speak TLS with this certificate chain (PEM); goes with --tls-key')
  .option('--tls-key <file>', 'its private key (PEM)')
  .option('--allow-host <name...>', 'further names the server goes by, with or without a port')
  .option('--allow-origin <origin...>', 'further web origins that may call, as https://panel.example')
  .addOption(
    new Option(
      '--approvals <mode>',
      'ask a person before anything is changed, or allow it (default: as the panel last said; at first, ask for tokens made for LLM programs)',
    ).choices(['ask', 'allow']),
  )
  .option('--open', 'open the panel in the browser', false)
  .option('--no-panel', 'serve MCP only')
  .action(runServe)
const serveCommand = program.commands.find((command) => command.name() === 'serve')
for (const option of settingOptions()) serveCommand?.addOption(option)

program.addCommand(
  tokenCommand({
    env: process.env,
    say: (line) => process.stdout.write(`${line}\n`),
    fail(message) {
      process.stderr.write(`busbar: ${message}\n`)
      process.exitCode = 1
    },
  }),
)

await program.parseAsync()

async function runServe(options: {
  host: string
  port: number
  dataDir?: string
  open: boolean
  panel: boolean
  tlsCert?: string
  tlsKey?: string
  allowHost?: string[]
  allowOrigin?: string[]
  approvals?: 'ask' | 'allow'
  [setting: string]: unknown
}): Promise<void> {
  const log = pino(
    { level: process.env.BUSBAR_LOG_LEVEL ?? 'info', base: null },
    pino.destination({ fd: 2, sync: true }),
  )
  if (options.panel && rendererDir === undefined) {
    log.warn({}, 'the panel is not built; run `npm run build`, or use --no-panel')
  }
  let stop: () => Promise<void>
  try {
    stop = await serve(
      {
        ...options,
        dataDir: options.dataDir,
        approvals: options.approvals,
        tls: readTls(options.tlsCert, options.tlsKey),
        allowHosts: options.allowHost ?? [],
        allowOrigins: options.allowOrigin ?? [],
        settings: settingsIn(options),
      },
      {
        rendererDir: rendererDir ?? join(import.meta.dirname, '../renderer'),
        env: process.env,
        log,
        say: (line) => process.stdout.write(`${line}\n`),
      },
    )
  } catch (error) {
    process.stderr.write(`busbar: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
    return
  }
  const onSignal = (): void => {
    void stop().then(() => process.exit(0))
  }
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
}

function readTls(
  certFile: string | undefined,
  keyFile: string | undefined,
): { certFile: string; keyFile: string } | undefined {
  if (certFile === undefined && keyFile === undefined) return undefined
  if (certFile === undefined || keyFile === undefined) {
    throw new Error('--tls-cert and --tls-key go together.')
  }
  return { certFile, keyFile }
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.')
  return port
}
