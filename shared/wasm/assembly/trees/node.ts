/** The node at hand and its best split so far. The fields are set by the splitter that is in use. */

export abstract class Node {
  /** Its samples are samples[start:end]. */
  static start: i32 = 0
  static end: i32 = 0
  static weight: f64 = 0
  /** How many of its samples have no value of the feature at hand. */
  static missingCount: i32 = 0
  /** Of the values of its children: see value-bounds.ts. */
  static lowerBound: f64 = -Infinity
  static upperBound: f64 = Infinity
}

/** The two sides of a split of the node. */
export abstract class Sides {
  static weightLeft: f64 = 0
  static weightRight: f64 = 0
  static impurityLeft: f64 = 0
  static impurityRight: f64 = 0
}

/** SplitRecord of _splitter.pxd. */
export abstract class BestSplit {
  static feature: i32 = 0
  static threshold: f64 = 0
  /** samples[position:end] go right; `end`: there is no split. */
  static position: i32 = 0
  static improvement: f64 = 0
  /** Whether missing values go left. */
  static missingLeft: i32 = 0
}
