/** Text on lines of a terminal, of whatever files say. */

/** Lines of at most `width` characters, broken at spaces; `hanging` begins those that follow. */
export function wrapped(text: string, width: number, hanging = ''): string[] {
  const lines: string[] = [];
  for (const word of text.split(/ (?! )/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(last === undefined ? word : hanging + word);
  }
  return lines;
}

/** What files say must not move the cursor. */
export function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => {
    const code = control.charCodeAt(0).toString(16).padStart(4, '0');
    const short = JSON.stringify(control).slice(1, -1);
    return short === control ? `\\u${code}` : short;
  });
}

/** At most so many characters of it, visibly cut. */
export function cutShort(text: string, length: number): string {
  const shown = visible(text);
  return shown.length > length ? `${shown.slice(0, length - 1)}…` : shown;
}
