/** A question that a model does not give enough information for. */

/** Names the model, the question, and what would be needed. */
export class UnsupportedModelError extends Error {
  constructor(model: string, question: string, needed: string) {
    super(`model ${model} cannot be checked for ${question}: ${needed}`);
    this.name = 'UnsupportedModelError';
  }
}
