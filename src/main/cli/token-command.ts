import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { tokenInputSchema, tokenScopeSchema, type TokenScope } from '../../shared/tokens.ts'
import { createToken, readTokens, revokeToken, TokenFileError } from '../access/token-file.ts'
import { dataDirectory } from '../config/data-dir.ts'

export interface TokenCommandPorts {
  env: NodeJS.ProcessEnv
  /** Writes one line for the person. */
  say: (line: string) => void
  /** Reports what went wrong; the program then ends with 1. */
  fail: (message: string) => void
}

/**
 * `busbar token create|list|revoke`. It changes the token file, which a running server follows: it needs no running
 * server, and none has to be told.
 */
export function tokenCommand({ env, say, fail }: TokenCommandPorts): Command {
  const command = new Command('token').description('make, list and revoke tokens')
  const withDataDir = (made: Command): Command =>
    made.option(
      '--data-dir <folder>',
      'the server’s data directory (default: BUSBAR_DATA_DIR or the platform’s own)',
    )
  const pathOf = (dataDir: string | undefined): string => join(dataDirectory(dataDir, env), 'tokens.json')
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof TokenFileError) && !(error instanceof Error && 'syscall' in error)) throw error
      fail(error.message)
    }
  }

  withDataDir(command.command('create'))
    .description('make a token and print it, this once: only its digest is kept')
    .argument('<name>', 'what it is for: letters, digits and ._@-')
    .option('--user <user>', 'whose bus it opens', 'local')
    .option('--scope <scopes>', 'bus, llm and panel, separated by commas', readScopes, ['bus', 'llm'])
    .option('--days <number>', 'days until it runs out (default: never)', readDays)
    .action((name: string, options: { user: string; scope: TokenScope[]; days?: number; dataDir?: string }) =>
      guarded(async () => {
        const asked = tokenInputSchema.safeParse({
          name,
          userId: options.user,
          scopes: options.scope,
          expiresInSeconds: options.days === undefined ? null : options.days * 86_400,
        })
        if (!asked.success) {
          fail(asked.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '))
          return
        }
        const { token } = await createToken(pathOf(options.dataDir), asked.data, Date.now() / 1000)
        say(token)
      }),
    )

  withDataDir(command.command('list'))
    .description('list the tokens, never the tokens themselves')
    .action((options: { dataDir?: string }) =>
      guarded(async () => {
        const tokens = await readTokens(pathOf(options.dataDir))
        // Not on standard output, which a script reads as a list.
        if (tokens.length === 0)
          process.stderr.write('No tokens have been made. See busbar token create --help.\n')
        for (const token of tokens) {
          const until = token.expiresAt === null ? 'no end' : `until ${day(token.expiresAt)}`
          say(
            [
              token.name,
              token.userId,
              token.scopes.join(','),
              `made ${day(token.createdAt)}`,
              until,
              token.id,
            ].join('  '),
          )
        }
      }),
    )

  withDataDir(command.command('revoke'))
    .description('revoke a token; a running server ends the sessions that use it')
    .argument('<name-or-id>')
    .action((nameOrId: string, options: { dataDir?: string }) =>
      guarded(async () => {
        const revoked = await revokeToken(pathOf(options.dataDir), nameOrId)
        if (revoked === null) fail(`There is no token "${nameOrId}". See busbar token list.`)
        else say(`Revoked ${revoked.name}.`)
      }),
    )
  return command
}

function readScopes(text: string): TokenScope[] {
  const scopes = tokenScopeSchema
    .array()
    .min(1)
    .safeParse(text.split(',').map((scope) => scope.trim()))
  if (!scopes.success) throw new InvalidArgumentError('Scopes are bus, llm and panel, separated by commas.')
  return [...new Set(scopes.data)]
}

function readDays(text: string): number {
  const days = Number(text)
  if (!/^\d+$/.test(text) || days < 1 || days > 3650) {
    throw new InvalidArgumentError('Days are a whole number from 1 to 3650.')
  }
  return days
}

function day(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().slice(0, 10)
}
