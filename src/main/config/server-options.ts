import { InvalidArgumentError, Option } from 'commander'
import type { SettingValues } from '../../shared/settings.ts'
import { askedPort, defaultPort, portOf } from './asked-port.ts'
import { settingOptions, settingsIn } from './setting-options.ts'

/** What a server can be started with, in either shell. What is undefined is left to the environment and the defaults. */
export interface ServerOptions {
  dataDir: string | undefined
  host: string | undefined
  port: number | undefined
  tls: { certFile: string; keyFile: string } | undefined
  allowHosts: readonly string[]
  allowOrigins: readonly string[]
  approvals: 'ask' | 'allow' | undefined
  settings: SettingValues
}

/** What commander makes of the options below. */
export interface GivenOptions {
  host?: string
  port?: number
  dataDir?: string
  tlsCert?: string
  tlsKey?: string
  allowHost?: string[]
  allowOrigin?: string[]
  approvals?: 'ask' | 'allow'
  [setting: string]: unknown
}

/** The options that both shells take. */
export function serverOptions(): Option[] {
  return [
    new Option('--host <address>', 'address to listen on (default: 127.0.0.1)'),
    new Option(
      '--port <number>',
      `port to listen on; the next free one if it is taken (default: BUSBAR_PORT, else ${defaultPort})`,
    ).argParser(readPort),
    new Option(
      '--data-dir <folder>',
      'where the token and endpoint.json are kept (default: BUSBAR_DATA_DIR or the platform’s own)',
    ),
    new Option('--tls-cert <file>', 'speak TLS with this certificate chain (PEM); goes with --tls-key'),
    new Option('--tls-key <file>', 'its private key (PEM)'),
    new Option('--allow-host <name...>', 'further names the server goes by, with or without a port'),
    new Option('--allow-origin <origin...>', 'further web origins that may call, as https://panel.example'),
    new Option(
      '--approvals <mode>',
      'ask a person before anything is changed, or allow it (default: as the panel last said; at first, ask for tokens made for LLM programs)',
    ).choices(['ask', 'allow']),
    ...settingOptions(),
  ]
}

/**
 * What the options that were given ask for.
 *
 * @throws Error where they do not go together, or `BUSBAR_PORT` is none
 */
export function readServerOptions(given: GivenOptions, env: NodeJS.ProcessEnv): ServerOptions {
  return {
    dataDir: given.dataDir,
    host: given.host,
    port: given.port ?? askedPort(env),
    tls: readTls(given.tlsCert, given.tlsKey),
    allowHosts: given.allowHost ?? [],
    allowOrigins: given.allowOrigin ?? [],
    approvals: given.approvals,
    settings: settingsIn(given),
  }
}

function readTls(certFile: string | undefined, keyFile: string | undefined): ServerOptions['tls'] {
  if (certFile === undefined && keyFile === undefined) return undefined
  if (certFile === undefined || keyFile === undefined) {
    throw new Error('--tls-cert and --tls-key go together.')
  }
  return { certFile, keyFile }
}

function readPort(text: string): number {
  const port = portOf(text)
  if (port === null) throw new InvalidArgumentError('A port is a number from 0 to 65535.')
  return port
}
