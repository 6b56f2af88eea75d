// Starts the worker's program, whose name the address ends with, and tells the page where that fails.
const program = `./${location.search.slice(1)}`;
try {
  const { default: start } = await import(`${program}.js`);
  await start({ module_or_path: new URL(`${program}_bg.wasm`, location) });
} catch (error) {
  postMessage(String(error));
}
