import { dirname, join } from 'node:path'
import ts from 'typescript'

/**
 * Tells whether the compiler refuses a file of `src/main` with another text: such a mutant needs no test, since
 * `npm run check` finds it. What is left unused by a change does not count.
 */
export function createTypeCheck(root: string): (file: string, text: string) => boolean {
  const path = join(root, 'tsconfig.node.json')
  const { config } = ts.readConfigFile(path, (name) => ts.sys.readFile(name)) as { config: unknown }
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(path), {
    noEmit: true,
    emitDeclarationOnly: false,
    composite: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
  })
  let changed = { file: '', text: '', version: 0 }
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => fileNames,
    getScriptVersion: (name) => (name === changed.file ? String(changed.version) : '0'),
    getScriptSnapshot(name) {
      const text = name === changed.file ? changed.text : ts.sys.readFile(name)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: (of) => ts.getDefaultLibFilePath(of),
    fileExists: (name) => ts.sys.fileExists(name),
    readFile: (name) => ts.sys.readFile(name),
    directoryExists: (name) => ts.sys.directoryExists(name),
    getDirectories: (name) => ts.sys.getDirectories(name),
  })
  return (file, text) => {
    const name = join(root, file).replaceAll('\\', '/')
    changed = { file: name, text, version: changed.version + 1 }
    return service.getSyntacticDiagnostics(name).length + service.getSemanticDiagnostics(name).length > 0
  }
}
