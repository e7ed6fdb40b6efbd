\copy orders from 'orders.csv' csv
