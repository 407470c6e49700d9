/** What a command prints for people to paste. */

/** The words of the first printed command that begins like this, without `quorumlab`. */
export function printed(text: string, label: string): string[] {
  const line = text.split('\n').find((each) => each.trimStart().startsWith(label));
  return (line ?? '').replace(/^.*quorumlab /, '').split(' ');
}
