import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { startConformanceServer } from './conformance-server.ts'

export interface SuiteResult {
  /** Per scenario, by name. */
  readonly scenarios: readonly { name: string; passed: number; failed: number; warnings: number }[]
  readonly exitCode: number | null
  /** All that the suite printed. */
  readonly output: string
}

const suiteTimeoutMs = 180_000

/** Runs every server scenario of the official suite, pending ones included, against a server of its own. */
export async function runSuite(onOutput: (text: string) => void = () => undefined): Promise<SuiteResult> {
  const server = await startConformanceServer()
  const directory = await mkdtemp(join(tmpdir(), 'busbar-conformance-'))
  try {
    const { output, exitCode } = await runCommand(server.url, directory, onOutput)
    return { scenarios: await readScenarios(directory), exitCode, output }
  } finally {
    await server.close()
    await rm(directory, { recursive: true, force: true })
  }
}

function runCommand(
  url: string,
  directory: string,
  onOutput: (text: string) => void,
): Promise<{ output: string; exitCode: number | null }> {
  const main = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js')
  const child = spawn(
    process.execPath,
    [main, 'server', '--url', url, '--suite', 'all', '--output-dir', directory],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: suiteTimeoutMs,
    },
  )
  let output = ''
  const take = (chunk: Buffer): void => {
    output += chunk.toString()
    onOutput(chunk.toString())
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ output, exitCode }))
  })
}

/**
 * The suite's summary leaves out warnings; a warning means that something the specification recommends is
 * missing, so the files with every check are read: `<dir>/server-<scenario>-<time>/checks.json`.
 */
async function readScenarios(directory: string): Promise<SuiteResult['scenarios']> {
  const scenarios: SuiteResult['scenarios'][number][] = []
  for (const entry of (await readdir(directory)).sort()) {
    const name = /^server-(.+?)-\d{4}-\d{2}-\d{2}T/.exec(entry)?.[1] ?? entry
    const text = await readFile(join(directory, entry, 'checks.json'), 'utf8')
    const checks = checksSchema.parse(JSON.parse(text))
    const count = (status: string): number => checks.filter((check) => check.status === status).length
    scenarios.push({
      name,
      passed: count('SUCCESS'),
      failed: count('FAILURE'),
      warnings: count('WARNING'),
    })
  }
  return scenarios
}

const checksSchema = z.array(z.object({ status: z.string() }))
