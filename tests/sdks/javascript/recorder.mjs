// Replaces fetch by one that records each request. Imported before the SDK, which keeps the fetch that it finds.
const original = globalThis.fetch;
let requests = [];

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const { pathname } = new URL(request.url);
  const response = await original(request);
  const text = await response.clone().text();
  requests.push({ method: request.method, path: pathname, status: response.status, text });
  return response;
};

export const unrecordedFetch = original;

// Runs a function, and returns its result or error with the requests that were sent meanwhile.
export async function record(work) {
  requests = [];
  try {
    return { result: await work(), requests };
  } catch (error) {
    return { error, requests };
  }
}
