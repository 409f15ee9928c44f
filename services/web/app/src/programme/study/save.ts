// Hands something to the person as a file.
export function save(name: string, file: Blob): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the file after the click; a minute is more than it takes.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
export const saveText = (name: string, text: string, type: 'text/csv' | 'text/plain') => save(name, new Blob([text], { type: `${type};charset=utf-8` }));
