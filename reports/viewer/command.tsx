/** A command with a button that copies it. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';

/** How long the button says that it has copied. */
const COPIED_MS = 1500;

export function Command({ label, line }: { readonly label: string; readonly line: string }) {
  const isCopied = useSignal(false);
  const code = useRef<HTMLElement>(null);
  const copy = async () => {
    isCopied.value = await copyText(line, code.current);
    setTimeout(() => {
      isCopied.value = false;
    }, COPIED_MS);
  };
  return (
    <p class="command">
      <span class="quiet">{label}</span>
      <code ref={code}>{line}</code>
      <button type="button" onClick={copy} aria-label={`Copy the ${label} command`}>
        {isCopied.value ? 'Copied' : 'Copy'}
      </button>
    </p>
  );
}

/** Where a page from disk may not write to the clipboard, the command is selected instead. */
async function copyText(line: string, code: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(line);
    return true;
  } catch {
    if (code !== null) getSelection()?.selectAllChildren(code);
    return document.execCommand('copy');
  }
}
