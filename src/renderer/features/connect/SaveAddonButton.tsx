import { Download } from 'lucide-react'
import { useState } from 'react'
import { usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { saveFile } from '../../ui/save-file.ts'

/** Saves the add-on's zip on this computer, for Blender to install from. */
export function SaveAddonButton() {
  const { connection } = usePanel()
  const [problem, setProblem] = useState('')

  const save = async () => {
    const api = connection.api()
    if (api === null) {
      setProblem('There is no connection to get the add-on over.')
      return
    }
    try {
      const addon = await api.connect.addon()
      if (addon === null) setProblem('This Busbar has no add-on to give: build it with npm run addon:build.')
      else {
        setProblem('')
        const bytes = Uint8Array.from(atob(addon.bytes), (char) => char.charCodeAt(0))
        saveFile(addon.fileName, new Blob([bytes], { type: 'application/zip' }))
      }
    } catch {
      setProblem('The add-on could not be fetched. Try again.')
    }
  }

  return (
    <p>
      <Button onClick={() => void save()}>
        <Download size={14} aria-hidden /> Save the add-on…
      </Button>{' '}
      <span role="status">{problem}</span>
    </p>
  )
}
