/**
 * The names that people know LLM programs by, for the names that these give at `initialize`. Each is what the program
 * really sends: `tests/programs` starts it and compares.
 */
const knownNames: Readonly<Record<string, string>> = {
  'claude-code': 'Claude Code',
  'codex-mcp-client': 'Codex',
  'gemini-cli-mcp-client': 'Gemini CLI',
  opencode: 'OpenCode',
}

/** What a program is shown as: the name that people know, else the title that it gives, else its name. */
export function programTitle({ name, title }: { name: string; title?: string | undefined }): string {
  if (Object.hasOwn(knownNames, name)) return knownNames[name] ?? name
  return title === undefined || title === '' ? name : title
}
