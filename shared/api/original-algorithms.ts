import type { AlgorithmName } from '../algorithms/names.ts'

/** What the original's GET /algorithms says of each, in its order. */
export const descriptions: readonly (readonly [AlgorithmName, string])[] = [
  ['random_forest', 'Random Forest Classifier for classification tasks.'],
  ['logistic_regression', 'Logistic Regression for binary/multiclass classification.'],
  ['svm', 'Support Vector Machine for classification tasks.'],
  ['decision_tree', 'Decision Tree Classifier for interpretable models.'],
  ['dnn', 'Deep Neural Network for complex classification tasks.'],
  ['cnn', 'Convolutional Neural Network for image-based tasks.'],
]
