import { Download } from 'lucide-react'
import { useState } from 'react'
import { usePanel } from '../panel/panel-context.ts'
import { Button } from '../ui/Button.tsx'
import { saveAddon } from './save-addon.ts'

/** Saves the add-on's zip on this computer, for Blender to install from. */
export function SaveAddonButton() {
  const { connection } = usePanel()
  const [problem, setProblem] = useState<string | null>(null)
  return (
    <p>
      <Button onClick={() => void saveAddon(connection.api()).then(setProblem)}>
        <Download size={14} aria-hidden /> Save the add-on…
      </Button>{' '}
      <span role="status">{problem}</span>
    </p>
  )
}
