/**
 * `npm test`: every suite, one after another, and one line at the end that counts them all. Arguments name
 * suites to run alone: `npm test -- unit addon`.
 *
 * What a suite needs and a machine lacks (Chromium, Blender, Python, LLM programs) is said in one line and skipped; with
 * `CI=true` it is a failure, so that nothing goes untested unnoticed.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blenderProblem, blenderVersion, listedBlenders, sampledBlenders } from './blenders.ts'
import { buildIfStale } from './build-if-stale.ts'
import { chromiumPath, findOnPath, firefoxPath } from './programs.ts'

interface Counts {
  passed: number
  failed: number
  skipped: number
}

interface Suite {
  name: string
  /** A line that says what is missing and how to get it; null where the suite can run. */
  missing: () => string | null
  run: () => Promise<Counts>
  /** Runs only where it is named. */
  onlyNamed?: true
}

const root = join(import.meta.dirname, '..')
const reports = mkdtempSync(join(tmpdir(), 'busbar-test-'))
process.on('exit', () => {
  rmSync(reports, { recursive: true, force: true })
})

/** A runner that left no report has failed as a whole. */
const crashed: Counts = { passed: 0, failed: 1, skipped: 0 }

const python = findOnPath('python3') ?? findOnPath('python')
const noPython = 'no python3 on the PATH; install Python 3.10 or newer'
const noBlender =
  'no blender on the PATH; install Blender 3.4 or newer (Debian: apt-get install blender xvfb)'
const noXvfb = 'no Xvfb on the PATH; install it (Debian: apt-get install xvfb)'
const noPrograms =
  'the LLM programs are not installed; run `npm install --no-save --prefix tests/programs/installed` (1.3 GB)'
const noChromium = 'no Chromium found; install it (Debian: apt-get install chromium) or set CHROMIUM_PATH'
const noFirefox = 'no Firefox found; install it (Debian: apt-get install firefox-esr) or set FIREFOX_PATH'

const suites: Suite[] = [
  { name: 'unit', missing: () => null, run: () => vitest('unit') },
  { name: 'integration', missing: () => null, run: () => vitest('integration') },
  { name: 'security', missing: () => null, run: () => vitest('security') },
  { name: 'faults', missing: () => null, run: () => vitest('faults') },
  { name: 'addon', missing: () => (python === null ? noPython : null), run: () => unittest('tests/addon') },
  {
    name: 'addon-in-blender',
    missing: () => (python === null ? noPython : listedBlenders().length === 0 ? noBlender : null),
    run: () => inEach(listedBlenders(), (env) => unittest('tests.addon.in_blender', env)),
  },
  {
    name: 'blender',
    missing: () => (listedBlenders().length === 0 ? noBlender : findOnPath('Xvfb') === null ? noXvfb : null),
    run: () => inEach(listedBlenders(), (env) => vitest('blender', env)),
  },
  {
    name: 'blender-sample',
    missing: () => (python === null ? noPython : findOnPath('Xvfb') === null ? noXvfb : null),
    run: () => inEach(sampledBlenders(), runSample),
    // Without any there is nothing to say about it.
    ...(sampledBlenders().length === 0 && { onlyNamed: true }),
  },
  { name: 'programs', missing: missingForPrograms, run: () => vitest('programs') },
  { name: 'programs-all', missing: missingForPrograms, run: () => vitest('programs-all'), onlyNamed: true },
  { name: 'panel', missing: () => (chromiumPath() === null ? noChromium : null), run: playwright },
  {
    name: 'firefox',
    missing: () => (firefoxPath() === null ? noFirefox : null),
    run: () => vitest('firefox'),
  },
]

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !suites.some((suite) => suite.name === name))
if (unknown.length > 0) {
  console.error(
    `There is no suite ${unknown.join(', ')}. Suites: ${suites.map((suite) => suite.name).join(', ')}.`,
  )
  process.exit(2)
}

buildIfStale(root)
if (!(await command('node', ['scripts/build-addon.ts']))) throw new Error('The add-on could not be packed.')

const total: Counts = { passed: 0, failed: 0, skipped: 0 }
const chosen = suites.filter(({ name, onlyNamed }) =>
  asked.length === 0 ? onlyNamed !== true : asked.includes(name),
)
for (const suite of chosen) {
  const missing = suite.missing()
  if (missing !== null) {
    console.log(`\n${suite.name}: ${process.env.CI === 'true' ? 'failed' : 'skipped'}: ${missing}`)
    if (process.env.CI === 'true') total.failed += 1
    else total.skipped += 1
    continue
  }
  console.log(`\n--- ${suite.name}`)
  const counts = await suite.run()
  console.log(`${suite.name}: ${String(counts.passed)} passed, ${String(counts.failed)} failed`)
  total.passed += counts.passed
  total.failed += counts.failed
  total.skipped += counts.skipped
}
console.log(
  `\n${String(total.passed)} passed, ${String(total.failed)} failed` +
    (total.skipped > 0 ? `, ${String(total.skipped)} skipped` : ''),
)
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0

function missingForPrograms(): string | null {
  if (findOnPath('blender') === null) return noBlender
  const installed = join(root, 'tests/programs/installed/node_modules/.bin')
  const bins = ['claude', 'codex', 'gemini', 'opencode']
  return bins.every((name) => existsSync(join(installed, name))) ? null : noPrograms
}

/** Runs a suite in one Blender after another, and counts all of it. One that is not there has failed. */
async function inEach(
  blenders: readonly string[],
  run: (env: Record<string, string>) => Promise<Counts>,
): Promise<Counts> {
  const all: Counts[] = []
  for (const blender of blenders) {
    const problem = blenderProblem(blender)
    console.log(`--- in ${blender}: ${problem === null ? blenderVersion(blender) : `failed: ${problem}`}`)
    all.push(problem === null ? await run({ BLENDER: blender }) : crashed)
  }
  return sumOf(all)
}

/** The add-on against the fake server, how it is installed, and what it does with a window. */
async function runSample(env: Record<string, string>): Promise<Counts> {
  const files = ['install', 'window', 'shading'].map((name) => `tests/blender/${name}.test.ts`)
  return sumOf([await unittest('tests.addon.in_blender', env), await vitest('blender', env, files)])
}

function sumOf(all: readonly Counts[]): Counts {
  const sum = (key: keyof Counts): number => all.reduce((so, counts) => so + counts[key], 0)
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
}

async function vitest(
  project: string,
  env: Record<string, string> = {},
  files: readonly string[] = [],
): Promise<Counts> {
  const file = join(reports, `${project}.json`)
  const args = [
    'run',
    ...files,
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]
  rmSync(file, { force: true })
  const ok = await command('vitest', args, env)
  const report = readReport(file) as {
    numPassedTests: number
    numFailedTests: number
    numPendingTests: number
    numFailedTestSuites: number
  } | null
  if (report === null) return crashed
  const { numPassedTests: passed, numFailedTests, numPendingTests: skipped } = report
  // A file that could not even be loaded has no failed test of its own.
  return { passed, failed: ok ? numFailedTests : Math.max(1, numFailedTests), skipped }
}

async function playwright(): Promise<Counts> {
  const file = join(reports, 'playwright.json')
  const ok = await command('playwright', ['test', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
  })
  const report = readReport(file) as {
    stats: { expected: number; unexpected: number; skipped: number }
  } | null
  if (report === null) return crashed
  const { expected: passed, unexpected, skipped } = report.stats
  return { passed, failed: ok ? unexpected : Math.max(1, unexpected), skipped }
}

async function unittest(module: string, env: Record<string, string> = {}): Promise<Counts> {
  const file = join(reports, `${module.replaceAll('/', '.')}.json`)
  rmSync(file, { force: true })
  const ok = await command(python ?? 'python3', ['scripts/run-unittest.py', module, file], {
    PYTHONDONTWRITEBYTECODE: '1',
    ...env,
  })
  const counts = readReport(file) as Counts | null
  return counts === null ? crashed : { ...counts, failed: ok ? counts.failed : Math.max(1, counts.failed) }
}

function readReport(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
}

/** Runs a program with its output passed through; true if it ended well. */
function command(program: string, args: string[], env: Record<string, string> = {}): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: 'inherit',
      env: { ...process.env, ...env },
      shell: process.platform === 'win32',
    })
    child.on('error', (error) => {
      console.error(`${program}: ${error.message}`)
      resolve(false)
    })
    child.on('exit', (code) => {
      resolve(code === 0)
    })
  })
}
