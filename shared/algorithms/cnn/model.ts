export { type NetworkModel as CnnModel, networkModel as cnnModel } from '../dnn/model.ts'
