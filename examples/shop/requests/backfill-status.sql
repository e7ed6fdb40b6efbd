-- INC-4711: orders imported in March arrived without a status; all of them were paid.
UPDATE orders SET status = 'paid' WHERE status IS NULL AND paid_at IS NOT NULL;
