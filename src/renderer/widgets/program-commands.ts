/** Stands in a shown command where the copied one has the token, so that no token is on screen. */
export const tokenPlaceholder = '<token>'

/** The line that adds this server to Claude Code. */
export function claudeCommand(url: string, token: string): string {
  return `claude mcp add --transport http busbar ${url} --header "Authorization: Bearer ${token}"`
}
