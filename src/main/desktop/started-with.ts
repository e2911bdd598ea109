import { Command } from 'commander'
import { readServerOptions, serverOptions, type ServerOptions } from '../config/server-options.ts'

/**
 * What the program was started with: the options of `busbar serve` that have to do with the server. What it does not
 * know it leaves alone, for Chromium takes switches from the same line.
 *
 * @param args what follows the program
 * @throws Error that names the option that makes no sense
 */
export function startedWith(args: readonly string[], env: NodeJS.ProcessEnv): ServerOptions {
  const command = new Command('busbar')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  for (const option of serverOptions()) command.addOption(option)
  return readServerOptions(command.parse(args, { from: 'user' }).opts(), env)
}
