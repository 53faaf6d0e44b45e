export { type NetworkModel as CnnModel, networkModel as cnnModel } from '../network/model.ts'
