import { type ChangeEvent, type DragEvent, useId, useState } from 'react'
import { Icon } from './icons.tsx'

interface FileDropProps {
  label: string
  hint: string
  /** As of the accept attribute. */
  accept: string
  onFile: (file: File) => void
  testId: string
}

/** A file field that also takes a file dropped on it. */
export function FileDrop({ label, hint, accept, onFile, testId }: FileDropProps) {
  const id = useId()
  const [over, setOver] = useState(false)
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    const file = event.dataTransfer.files[0]
    if (file !== undefined) onFile(file)
  }
  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    const file = event.target.files?.[0]
    if (file !== undefined) onFile(file)
    // The same file, corrected meanwhile, may be chosen again.
    event.target.value = ''
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way beside the field inside
    <div
      className={over ? 'file-drop over' : 'file-drop'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <label htmlFor={id}>
        <Icon name="upload" size={18} />
        {label}
      </label>
      <input
        id={id}
        className="input"
        type="file"
        accept={accept}
        onChange={choose}
        aria-describedby={`${id}-hint`}
        data-testid={testId}
      />
      <p id={`${id}-hint`} className="row-note">
        {hint}
      </p>
    </div>
  )
}
